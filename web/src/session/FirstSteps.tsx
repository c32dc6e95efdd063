import type { FirstDo } from "./session";
import { session } from "./session";
import { Button } from "~/ui/Button";
import { ChoosePassword } from "./ChoosePassword";
import { SecondFactor } from "./SecondFactor";

/** What a person has to do before anything else. */
export function FirstSteps({ first, email }: { first: FirstDo; email: string }) {
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="flex w-full max-w-md flex-col gap-4 rounded-lg border border-line bg-surface p-6">
        <h1>{first === "password_change_required" ? "Choose a password of your own" : "Set up a second factor"}</h1>
        <p className="text-soft">
          {first === "password_change_required"
            ? `The password that ${email} came with is good for this alone.`
            : "Your role needs a code from an authenticator besides the password."}
        </p>
        {first === "password_change_required" ? <ChoosePassword /> : <SecondFactor />}
        <Button kind="quiet" onClick={() => void session.logOut()}>
          Log out
        </Button>
      </div>
    </main>
  );
}
