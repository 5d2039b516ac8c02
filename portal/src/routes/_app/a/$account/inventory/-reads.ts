/** What the page reads first (early/reads.ts). */
import { all, type Reads } from "@/early/urls";

const reads: Reads = [all("phone_numbers")];
export default reads;
