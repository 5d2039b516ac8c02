/** How an account's people are reached: routes and voicemail boxes; none for those who may not see these, who still see the people. */
import { useQuery } from "@tanstack/react-query";

import { type CallflowRow, callflowsQuery, type VoicemailBoxRow, voicemailBoxesQuery } from "@/api";
import { useMay } from "@/ui/may";

const NO_FLOWS: CallflowRow[] = [];
const NO_BOXES: VoicemailBoxRow[] = [];

export function useWays(account: string) {
  const may = useMay(account);
  const [routes, mailboxes] = [may("callflows.read"), may("vmboxes.read")];
  const flows = useQuery({ ...callflowsQuery(account), enabled: routes });
  const boxes = useQuery({ ...voicemailBoxesQuery(account), enabled: mailboxes });
  return {
    callflows: routes ? flows.data : NO_FLOWS,
    boxes: mailboxes ? boxes.data : NO_BOXES,
    failed: routes && flows.error ? flows : mailboxes && boxes.error ? boxes : undefined,
  };
}
