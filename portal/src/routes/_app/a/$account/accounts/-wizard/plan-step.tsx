/** The service plan of a new account, and special prices by the + of an item. */
import { ActionIcon, NumberInput, Select, Tooltip } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { call, urls } from "@/api";
import { itemName, itemsOf, type ServicePlan } from "@/office/plans";
import form from "@/ui/form/form.module.css";
import { money } from "@/ui/money";

import type { StepProps } from "./steps";
import classes from "./wizard.module.css";

export function PlanStep({ draft, above }: StepProps) {
  const { t, i18n } = useTranslation(["wizard", "office"]);
  const plans = useQuery({
    queryKey: ["account", above.id, "service_plans", "list"],
    queryFn: async ({ signal }) => (await call<{ id: string; name: string }[]>("GET", urls.getListServicePlansUrl(above.id), { query: { paginate: false }, signal })).data,
  }).data;
  const { plan } = draft.value;
  const document = useQuery({
    queryKey: ["account", above.id, "service_plans", plan.id],
    queryFn: async ({ signal }) => (await call<ServicePlan>("GET", urls.getGetServicePlanUrl(above.id, plan.id), { signal })).data,
    enabled: plan.id !== "",
  }).data;
  const currency = useQuery({ queryKey: ["account", above.id, "services"], queryFn: async ({ signal }) => (await call<{ currency: string }>("GET", urls.getGetServicesUrl(above.id), { signal })).data }).data?.currency ?? "USD";
  const price = (key: string, rate: number | undefined) => {
    const { [key]: _old, ...others } = plan.prices;
    draft.set("plan", { ...plan, prices: rate === undefined ? others : { ...others, [key]: rate } });
  };
  if (plans?.length === 0) return <p className={form.help}>{t("plan.noneYet")}</p>;
  return (
    <>
      <Select label={t("plan.label")} placeholder={t("plan.none")} clearable searchable data={(plans ?? []).map(({ id, name }) => ({ value: id, label: name }))} value={plan.id || null} onChange={(id) => draft.set("plan", { id: id ?? "", name: plans?.find((one) => one.id === id)?.name ?? "", prices: {} })} />
      {document && (
        <table className={classes.prices}>
          <thead>
            <tr>
              <th scope="col">{t("plan.item")}</th>
              <th scope="col">{t("plan.price")}</th>
              <th scope="col">{t("plan.special")}</th>
            </tr>
          </thead>
          <tbody>
            {itemsOf(document).map(({ category, key, item }) => {
              const path = `${category}/${key}`;
              const name = item.name ?? itemName(category, key);
              return (
                <tr key={path}>
                  <th scope="row">{name}</th>
                  <td>{money(Number(item.rate ?? 0), currency, i18n.language)}</td>
                  <td>
                    {path in plan.prices ? (
                      <NumberInput aria-label={t("plan.override", { name })} size="xs" min={0} decimalScale={6} value={plan.prices[path] ?? ""} onChange={(value) => price(path, value === "" ? undefined : Number(value))} autoFocus />
                    ) : (
                      <Tooltip label={t("plan.special")}>
                        <ActionIcon variant="subtle" color="gray" size={28} aria-label={t("plan.override", { name })} onClick={() => price(path, Number(item.rate ?? 0))}>
                          <IconPlus size={16} stroke={1.8} />
                        </ActionIcon>
                      </Tooltip>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </>
  );
}
