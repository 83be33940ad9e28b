/* SPDX-License-Identifier: Apache-2.0 */
/* A libcuda.so.1 of long ago: it tells its version, older than any that the module is built for,
 * and nothing else. */
int cuDriverGetVersion(int* version) {
  *version = 11000;
  return 0;
}
int cuInit(unsigned flags) {
  (void)flags;
  return 0;
}
