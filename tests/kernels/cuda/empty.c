/* SPDX-License-Identifier: Apache-2.0 */
/* A library with nothing in it. */
int dfengine_nothing;
