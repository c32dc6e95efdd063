/** How a tool is told to send its alerts here: what to say, and what to paste. */
export interface Step {
  say: string;
  copy?: string;
}

export interface Recipe {
  id: string;
  name: string;
  /** Whether its alerts are signed; what is not needs a key that may send unsigned. */
  signs: boolean;
  steps: Step[];
}

export interface Address {
  /** `https://aw.example.com` */
  origin: string;
  companyId: string;
  key: string;
  secret: string;
  unsignedKey: string;
}

/** Where a format is sent to. */
export const hook = ({ origin }: Address, format: string): string => `${origin}/api/webhooks/${format}`;

/** The same with the key within, for tools that can send no header. */
export function basic(address: Address, format: string): string {
  const url = new URL(hook(address, format));
  return `${url.protocol}//any:${address.unsignedKey}@${url.host}${url.pathname}`;
}
