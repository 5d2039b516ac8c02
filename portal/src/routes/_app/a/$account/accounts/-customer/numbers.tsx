/** An account's numbers as its provider sees them: state, what each is used for, and giving it more. */
import { Button } from "@mantine/core";
import { IconHash, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, type NumberRow, numbersQuery } from "@/api";
import { AddNumbersForm } from "@/office/add-numbers-form";
import { useMaster } from "@/office/use-master";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { type Column, contains, parseSort, sorted, toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import { Table } from "@/ui/list/table";
import { Toolbar } from "@/ui/list/toolbar";
import { Only } from "@/ui/may";
import { readable } from "@/ui/phone-number";
import { SidePanel } from "@/ui/side-panel";
import { StateDot } from "@/ui/state-dot";

import classes from "./customer.module.css";

interface Props {
  office: string;
  account: Account;
  adding: boolean;
  onAdding: (on: boolean) => void;
}

type Line = NumberRow & { number: string };

export function CustomerNumbers({ office, account: { id, name }, adding, onAdding }: Props) {
  const { t } = useTranslation(["customer", "ui", "office"]);
  const navigate = useNavigate();
  const master = useMaster();
  const [search, setSearch] = useState("");
  const [sortText, setSort] = useState<string>();
  const numbers = useQuery(numbersQuery(id));
  const all = numbers.data && Object.entries(numbers.data).map(([number, row]): Line => ({ number, ...row }));
  const used = (row: Line) => (row.used_by ? t(`usedBy.${row.used_by as "callflow"}`, { defaultValue: row.used_by }) : t("spare"));
  const columns: Column<Line>[] = [
    { id: "number", title: t("number"), cell: (row) => <span className="tabular">{readable(row.number)}</span>, value: (row) => row.number, width: "220px", phone: "56%" },
    { id: "used", title: t("use_"), cell: (row) => <StateDot tone={row.used_by ? "good" : "off"}>{used(row)}</StateDot>, value: used },
    { id: "state", title: t("numberState"), cell: (row) => t(`numberStates.${row.state as "in_service"}`, { defaultValue: row.state }), value: (row) => row.state, width: "160px", wide: true },
  ];
  const sort = parseSort(sortText, "number");
  const rows = all && sorted(all.filter((row) => contains(search, row.number, readable(row.number), used(row))), columns, sort);
  const add = (
    <Only may="phone_numbers.activate">
      <Button data-new leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => onAdding(true)}>
        {t("office:numbers.title")}
      </Button>
    </Only>
  );
  return (
    <div className={classes.tablePanel}>
      <Toolbar search={search} onSearch={setSearch} placeholder={t("searchNumbers")} onExport={rows && (() => download("numbers.csv", "text/csv", toCsv(rows, columns)))}>
        {add}
      </Toolbar>
      {numbers.error ? (
        <ErrorState error={numbers.error} onRetry={() => void numbers.refetch()} />
      ) : (
        <Table
          label={t("tab.numbers")}
          rows={rows}
          columns={columns}
          idOf={(row) => row.number}
          nameOf={(row) => readable(row.number)}
          sort={sort}
          onSort={setSort}
          onOpen={(row) => void navigate({ to: "/a/$account/numbers", params: { account: id }, search: { open: row.number } })}
          empty={
            all?.length ? (
              <EmptyState icon={IconHash} title={t("ui:list.noMatch")} text={t("ui:list.noMatchHelp")} />
            ) : (
              <EmptyState icon={IconHash} title={t("noNumbers.title")} text={t("noNumbers.text", { name })} />
            )
          }
        />
      )}
      <SidePanel opened={adding} onClose={() => onAdding(false)} title={t("office:numbers.title")}>
        <AddNumbersForm account={id} name={name} office={office} master={master} onDone={({ failed }) => failed.length === 0 && onAdding(false)} />
      </SidePanel>
    </div>
  );
}
