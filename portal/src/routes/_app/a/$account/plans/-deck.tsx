/** Which rate deck a plan names; accounts that have the plan pay for their calls by it. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { type Identified, listQuery } from "@/api";
import { Section } from "@/ui/form/setting";

interface RateDeck extends Identified {
  name: string;
  use?: "sale" | "cost";
}

interface Props {
  account: string;
  value: string | null;
  onChange: (deck: string | null) => void;
  error: string | undefined;
}

export function Deck({ account, value, onChange, error }: Props) {
  const { t } = useTranslation("plans");
  const decks = useQuery(listQuery<RateDeck>(account, "ratedecks"));
  const sold = (decks.data ?? []).filter(({ use }) => use !== "cost");
  return (
    <Section title={t("deck")} help={t("deckHelp")}>
      <Select
        aria-label={t("deck")}
        placeholder={t("deckNone")}
        clearable
        searchable
        disabled={!decks.data}
        data={sold.map(({ id, name }) => ({ value: id, label: name }))}
        value={value}
        onChange={onChange}
        error={error}
      />
    </Section>
  );
}
