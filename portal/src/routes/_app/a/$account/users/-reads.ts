/** What the page reads first (early/reads.ts). */
import { all, DEVICES, type Reads } from "@/early/urls";

const reads: Reads = [all("users"), all("callflows"), all("vmboxes"), DEVICES];
export default reads;
