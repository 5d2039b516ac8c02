/** Tells what was done, and offers to undo it while the toast stands. */
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";

import i18n from "@/i18n";

/** Show `message`; `undo`, when given, takes the change back. */
export function tellDone(message: string, undo?: () => void): void {
  const id = crypto.randomUUID();
  const takeBack = () => {
    notifications.hide(id);
    undo?.();
  };
  notifications.show({
    id,
    autoClose: undo ? 10_000 : 5_000,
    withBorder: true,
    closeButtonProps: { "aria-label": i18n.t("close") },
    message: (
      <>
        <span>{message}</span>
        {undo && (
          <Button variant="subtle" size="compact-sm" ml="xs" onClick={takeBack}>
            {i18n.t("undo")}
          </Button>
        )}
      </>
    ),
  });
}
