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
  const [lost, setLost] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  const begin = (step: "password" | "code", lost = false) => {
    setStep(step);
    setLost(lost);
    setCode("");
    setProblem(null);
  };

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
            key={String(lost)}
            label={lost ? "Recovery code" : "Code of your authenticator"}
            hint={lost ? "Each is good once." : "Six digits"}
            name="totp"
            inputMode={lost ? "text" : "numeric"}
            autoComplete={lost ? "off" : "one-time-code"}
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
          <div className="flex justify-between gap-2">
            <Button kind="quiet" onClick={() => begin("password")}>
              Back
            </Button>
            <Button kind="quiet" onClick={() => begin("code", !lost)}>
              {lost ? "Use the authenticator" : "Use a recovery code"}
            </Button>
          </div>
        )}
      </form>
    </main>
  );
}
