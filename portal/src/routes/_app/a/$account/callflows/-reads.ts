/** What the page reads first (early/reads.ts). */
import { all, type Reads } from "@/early/urls";

const reads: Reads = ["/callflows/modules", all("callflows"), all("users")];
export default reads;
