/** What the page reads first (early/reads.ts). */
import { all, DEVICES, type Reads } from "@/early/urls";

const reads: Reads = [DEVICES, all("users")];
export default reads;
