/** What the page reads first (early/reads.ts). */
import { all, TARGETS, type Reads } from "@/early/urls";

const reads: Reads = [all("phone_numbers"), ...TARGETS];
export default reads;
