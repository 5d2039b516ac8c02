/** Keeps the event stream of the account one acts in open and tells the frame how it is. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

import { follow, type Link } from "@/api/events";

const LinkContext = createContext<Link>("connecting");

export function LiveProvider({ account, children }: { account: string; children: ReactNode }) {
  const client = useQueryClient();
  const [link, setLink] = useState<Link>("connecting");
  useEffect(() => follow(account, client, setLink), [account, client]);
  return <LinkContext.Provider value={link}>{children}</LinkContext.Provider>;
}

/** How the event stream is. */
export function useLink(): Link {
  return useContext(LinkContext);
}

/** How often to ask for what the stream would tell: never while it is live. */
export function usePollingInterval(milliseconds: number): number | false {
  return useLink() === "live" ? false : milliseconds;
}
