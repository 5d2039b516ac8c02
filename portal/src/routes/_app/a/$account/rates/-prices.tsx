/** The prices of a deck, found by the beginning of their prefix. */
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, urls } from "@/api";
import form from "@/ui/form/form.module.css";
import { Section } from "@/ui/form/setting";

import classes from "./-rates.module.css";

interface Rate {
  id: string;
  prefix: string | number;
  rate_cost: number | string;
  rate_surcharge?: number | string | null;
  rate_increment?: number | null;
  rate_minimum?: number | null;
  description?: string | null;
}

const SHOWN = 100;

export function Prices({ account, deck }: { account: string; deck: string }) {
  const { t } = useTranslation(["rates", "ui"]);
  const [prefix, setPrefix] = useState("");
  const [settled] = useDebouncedValue(prefix.replaceAll(/\D/g, ""), 200);
  const rates = useQuery({
    queryKey: ["account", account, "rates", deck, settled],
    queryFn: ({ signal }) => call<Rate[]>("GET", urls.getListRatesUrl(account), { query: { ratedeck_id: deck, page_size: SHOWN, prefix: settled || undefined }, signal }),
    placeholderData: keepPreviousData,
  }).data;
  return (
    <Section title={t("prices.title")}>
      <TextInput label={t("prices.prefix")} placeholder="1416" inputMode="numeric" value={prefix} onChange={(event) => setPrefix(event.currentTarget.value)} />
      {rates?.data.length === 0 && <p className={form.help}>{t("prices.none")}</p>}
      {rates && rates.data.length > 0 && (
        <table className={classes.prices}>
          <thead>
            <tr>
              <th scope="col">{t("prices.prefix")}</th>
              <th scope="col">{t("prices.where")}</th>
              <th scope="col">{t("prices.minute")}</th>
              <th scope="col">{t("prices.surcharge")}</th>
              <th scope="col">{t("prices.steps")}</th>
            </tr>
          </thead>
          <tbody>
            {rates.data.map((rate) => (
              <tr key={rate.id}>
                <th scope="row">{rate.prefix}</th>
                <td>{rate.description}</td>
                <td>{rate.rate_cost}</td>
                <td>{rate.rate_surcharge ?? "–"}</td>
                <td>{`${rate.rate_minimum ?? 60}/${rate.rate_increment ?? 60}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rates?.next_start_key && <p className={form.help}>{t("prices.more", { count: SHOWN })}</p>}
    </Section>
  );
}
