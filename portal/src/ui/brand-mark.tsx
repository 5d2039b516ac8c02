/** The signs of the brand: over a page outside the frame, and within it; the portal's own where there is no brand. */
import { iconOf, pictureOf, productOf, useBrand } from "@/theme/brand";

import classes from "./brand-mark.module.css";

/** The brand's logo, else its name, else the portal's own icon. */
export function BrandMark() {
  const brand = useBrand();
  const logo = pictureOf(brand, "logo");
  if (!brand) return <img src="/icon.svg" alt="" width={40} height={40} />;
  return logo ? <img className={classes.logo} src={logo} alt={brand.company_name || productOf(brand)} /> : <p className={classes.name}>{productOf(brand)}</p>;
}

/** The small square sign: the brand's icon, else the first letter of its name, else the portal's own. */
export function BrandIcon({ size }: { size: number }) {
  const brand = useBrand();
  return <img className={classes.icon} src={iconOf(brand)} alt="" width={size} height={size} />;
}

/** In the bar on top: the brand's logo, else its name; nothing for the portal's own look. */
export function BrandName() {
  const brand = useBrand();
  const logo = pictureOf(brand, "logo");
  if (!brand) return null;
  return logo ? <img className={classes.small} src={logo} alt={productOf(brand)} /> : <span className={classes.product}>{productOf(brand)}</span>;
}
