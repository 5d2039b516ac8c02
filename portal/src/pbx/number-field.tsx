/** The phone numbers of something: those it has, each removable, and the account's spare numbers to add. */
import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { callflowsQuery, numbersQuery } from "@/api";
import { readable } from "@/ui/phone-number";

import classes from "./pbx.module.css";

/** The numbers of the account that no callflow has, plus those this form has just let go. */
export function useSpareNumbers(account: string, taken: readonly string[]): string[] {
  const numbers = useQuery(numbersQuery(account)).data ?? {};
  const flows = useQuery(callflowsQuery(account)).data ?? [];
  const used = new Set([...flows.flatMap((flow) => flow.numbers), ...taken]);
  return Object.keys(numbers).filter((number) => !used.has(number));
}

interface Props {
  account: string;
  value: readonly string[];
  /** What the server has: a number let go here may be taken again. */
  base: readonly string[];
  onChange: (numbers: string[]) => void;
  empty: string;
}

export function NumberField({ account, value, base, onChange, empty }: Props) {
  const { t } = useTranslation();
  const released = base.filter((number) => !value.includes(number));
  const spare = [...useSpareNumbers(account, value), ...released];
  return (
    <div className={classes.numbers}>
      {value.length === 0 && <p className={classes.none}>{empty}</p>}
      <ul>
        {value.map((number) => (
          <li key={number}>
            <span className="tabular">{readable(number)}</span>
            <ActionIcon variant="subtle" color="gray" size={28} aria-label={t("number.release", { number: readable(number) })} onClick={() => onChange(value.filter((other) => other !== number))}>
              <IconX size={16} stroke={1.6} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" leftSection={<IconPlus size={16} stroke={1.8} />}>
            {t("number.addSpare")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={320} className={classes.scroll}>
          {spare.length === 0 && <Menu.Label>{t("number.noSpare")}</Menu.Label>}
          {spare.map((number) => (
            <Menu.Item key={number} onClick={() => onChange([...value, number])}>
              <span className="tabular">{readable(number)}</span>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
