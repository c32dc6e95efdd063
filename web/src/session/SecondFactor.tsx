import { QRCodeSVG } from "qrcode.react";
import { type FormEvent, useState } from "react";
import { api, said } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button } from "~/ui/Button";
import { Copy } from "~/ui/Copy";
import { Field } from "~/ui/Field";
import { note } from "~/ui/toast";
import { session } from "./session";
import { codeOf } from "./totp";

type Offer = Extract<Schemas["SecondFactorStep"], { secret: string }>;

/** Sets an authenticator up: the password first, then its secret and the recovery codes, then a code as proof. */
export function SecondFactor() {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [offer, setOffer] = useState<Offer | null>(null);
  const step = api.useMutation("post", "/api/auth/totp");
  const begin = (event: FormEvent) => {
    event.preventDefault();
    step.mutate({ body: { password } }, { onSuccess: (answer) => "secret" in answer && setOffer(answer) });
  };
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    step.mutate(
      { body: { code: codeOf(code) } },
      {
        onSuccess: async (answer) => {
          if (!("access_token" in answer)) return;
          note(answer.message);
          await session.changed(answer);
        },
      },
    );
  };
  const wrong = step.error === null ? undefined : said(step.error);
  if (offer === null) {
    return (
      <form onSubmit={begin} className="flex flex-col gap-3">
        <Field label="Your password" type="password" autoComplete="current-password" required value={password} error={wrong} onChange={({ target }) => setPassword(target.value)} />
        <Button kind="primary" type="submit" busy={step.isPending}>
          Begin
        </Button>
      </form>
    );
  }
  return (
    <form onSubmit={confirm} className="flex flex-col gap-3">
      <p>Scan this with your authenticator, or enter the secret by hand.</p>
      <div className="self-center rounded bg-white p-3">
        <QRCodeSVG value={offer.uri} size={168} title="The second factor's address, for an authenticator" />
      </div>
      <Copy text={offer.secret} label="secret" secret />
      <p>Keep these recovery codes. Each is good once, where the authenticator is lost; they are shown only now.</p>
      <Copy text={offer.recovery_codes.join("\n")} label="recovery codes" secret />
      <Field label="Code that it shows" inputMode="numeric" autoComplete="one-time-code" required value={code} error={wrong} onChange={({ target }) => setCode(target.value)} />
      <Button kind="primary" type="submit" busy={step.isPending}>
        Confirm
      </Button>
    </form>
  );
}
