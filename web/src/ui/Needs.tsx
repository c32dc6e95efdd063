import type { ReactNode } from "react";
import { api } from "~/api/client";
import type { Right } from "~/api/types";
import { useCan, usePerson } from "~/session/useSession";
import { worded } from "./Badge";
import { Page } from "./Page";
import { Answer, NoRight } from "./States";

interface Props {
  right: Right;
  /** The screen's title, where the whole of a screen needs the right. */
  title?: string;
  children: ReactNode;
}

/** What is there only for whom a right is given: nothing of it is shown or asked for where it is not. */
export function Needs({ right, title, children }: Props) {
  const { role } = usePerson();
  const can = useCan();
  const rights = api.useQuery("get", "/api/system/rights", {}, { staleTime: Infinity });
  if (can(right)) return children;
  const why = (
    <Answer of={rights}>
      {({ rights }) => <NoRight>{`Your role, ${worded(role)}, may not ${rights.find((line) => line.right === right)?.what ?? worded(right)}`}</NoRight>}
    </Answer>
  );
  return title === undefined ? why : <Page title={title}>{why}</Page>;
}
