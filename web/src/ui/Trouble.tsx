import { Text } from "./Text";

/** A kind of trouble and the asset that has it. Each is a text of its own, so that neither turns the order of both. */
export function Trouble({ signature, asset_name }: { signature: string; asset_name: string }) {
  return (
    <>
      <Text>{signature}</Text> on <Text>{asset_name}</Text>
    </>
  );
}
