/** What the page reads first (early/reads.ts). */
import { all, DEVICES, OWN_RULES, type Reads } from "@/early/urls";

const reads: Reads = [all("callflows"), all("users"), DEVICES, all("phone_numbers"), all("menus"), OWN_RULES, "/fraud"];
export default reads;
