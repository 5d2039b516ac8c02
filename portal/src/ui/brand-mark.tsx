/** The sign over a page outside the frame: the brand's logo, else its name, else the portal's own icon. */
import { useState } from "react";

import { urls } from "@/api";
import { useBrand } from "@/theme/brand";

import classes from "./brand-mark.module.css";

export function BrandMark() {
  const brand = useBrand();
  const [missing, setMissing] = useState(false);
  if (!brand) return <img src="/icon.svg" alt="" width={40} height={40} />;
  if (missing) return brand.company_name ? <p className={classes.name}>{brand.company_name}</p> : null;
  return <img className={classes.logo} src={urls.getGetWhitelabelPartUrl(brand.domain, "logo")} alt={brand.company_name ?? ""} onError={() => setMissing(true)} />;
}
