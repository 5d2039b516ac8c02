/** The keys that work everywhere, as a list and as a dialog. */
import { Kbd } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Dialog } from "../side-panel";
import classes from "./frame.module.css";

const ROWS = [
  { keys: ["Ctrl", "K"], text: "palette" },
  { keys: ["?"], text: "help" },
  { keys: ["/"], text: "searchList" },
  { keys: ["↑", "↓"], text: "rows" },
  { keys: ["Enter"], text: "open" },
  { keys: ["x"], text: "select" },
  { keys: ["n"], text: "new" },
  { keys: ["Esc"], text: "close" },
  { keys: ["g", "d"], text: "goDashboard", sequence: true },
  { keys: ["g", "u"], text: "goUsers", sequence: true },
  { keys: ["g", "c"], text: "goCalls", sequence: true },
  { keys: ["g", "a"], text: "goAccounts", sequence: true },
] as const;

export function ShortcutList() {
  const { t } = useTranslation();
  return (
    <dl className={classes.shortcuts}>
      {ROWS.map((row) => (
        <div key={row.text}>
          <dt>{t(`keys.${row.text}`)}</dt>
          <dd>
            {row.keys.map((key, at) => (
              <span key={key}>
                {at > 0 && "sequence" in row && <span className={classes.then}>{t("keys.then")}</span>}
                <Kbd size="xs">{key}</Kbd>
              </span>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function ShortcutsDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={onClose} title={t("keys.title")}>
      <ShortcutList />
    </Dialog>
  );
}
