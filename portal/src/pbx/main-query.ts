/** The main number's documents as one query, read again with any change of a callflow. */
import { queryOptions } from "@tanstack/react-query";

import { callflowsQuery } from "@/api";

import { readMainNumber } from "./main-number";

export const mainNumberQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "callflows", "main-number"],
    queryFn: ({ client }) => readMainNumber(account, client.fetchQuery(callflowsQuery(account))),
  });
