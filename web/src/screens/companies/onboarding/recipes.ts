import { direct } from "./direct";
import type { Address, Recipe } from "./recipe";
import { tools } from "./tools";

/** Every way to send a company's alerts, with its own address, key and secret filled in. */
export function recipes(address: Address): Recipe[] {
  return [...direct(address), ...tools(address)];
}
