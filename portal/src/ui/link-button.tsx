/** A link that looks like a button, typed by the router. */
import { Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

interface Props extends ButtonProps, Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps> {
  ref?: Ref<HTMLAnchorElement>;
}

export const LinkButton = createLink(function LinkButton({ ref, ...props }: Props) {
  return <Button component="a" ref={ref} {...props} />;
});
