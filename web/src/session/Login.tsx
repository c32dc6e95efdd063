import { type FormEvent, useState } from "react";
import { fieldOf, said } from "~/api/client";
import type { Problem } from "~/api/types";
import { Button } from "~/ui/Button";
import { Field } from "~/ui/Field";
import { session } from "./session";
import { codeOf } from "./totp";

/** The way in: e-mail and password, then a code where the person has a second factor. */
export function Login({ why }: { why?: string | undefined }) {
  const [step, setStep] = useState<"password" | "code">("password");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  const enter = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await session.logIn(email.trim(), password, step === "code" ? codeOf(code) : undefined);
    } catch (error) {
      if ((error as Partial<Problem>).code === "second_factor_needed" && step === "password") setStep("code");
      else setProblem(error);
    } finally {
      setBusy(false);
    }
  };

  const wrongCode = fieldOf(problem) === "totp" ? said(problem) : undefined;
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <form onSubmit={(event) => void enter(event)} className="flex w-full max-w-sm flex-col gap-4 rounded-lg border border-line bg-surface p-6">
        <h1>Alert Whisperer</h1>
        {why !== undefined && <p className="text-soft">{why}</p>}
        {step === "password" ? (
          <>
            <Field label="E-mail" type="email" name="email" autoComplete="username" required autoFocus value={email} onChange={({ target }) => setEmail(target.value)} />
            <Field label="Password" type="password" name="password" autoComplete="current-password" required value={password} onChange={({ target }) => setPassword(target.value)} />
          </>
        ) : (
          <Field
            label="Code of your authenticator"
            hint="Six digits, or one of your recovery codes"
            name="totp"
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            autoFocus
            value={code}
            error={wrongCode}
            onChange={({ target }) => setCode(target.value)}
          />
        )}
        {problem !== null && wrongCode === undefined && (
          <p role="alert" className="text-bad">
            {said(problem)}
          </p>
        )}
        <Button kind="primary" type="submit" busy={busy} className="min-h-9">
          Log in
        </Button>
        {step === "code" && (
          <Button kind="quiet" onClick={() => setStep("password")}>
            Back
          </Button>
        )}
      </form>
    </main>
  );
}
