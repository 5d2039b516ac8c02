/** Which columns of a list one wants to see; kept in this browser per list. The first column always stays. */
import { useLocalStorage } from "@mantine/hooks";

import type { Column } from "./columns";

/** Return the shown columns and what the column menu needs. */
export function useColumns<Row>(list: string, columns: readonly Column<Row>[]) {
  const [hidden, setHidden] = useLocalStorage<string[]>({ key: `qvoice.columns.${list}`, defaultValue: [], getInitialValueInEffect: false });
  const choices = columns.slice(1).map(({ id, title }) => ({ id, title, shown: !hidden.includes(id) }));
  const toggle = (id: string) => setHidden((now) => (now.includes(id) ? now.filter((other) => other !== id) : [...now, id]));
  return { shown: columns.filter(({ id }) => !hidden.includes(id)), choices, toggle };
}
