// SPDX-License-Identifier: Apache-2.0
// The register of what random numbers are drawn for. A purpose is part of every number's key: two
// uses of one seed share no number while no two purposes share a value, and that is checked for all
// of them when this file is compiled. A value never changes, or the results of every seed would.
#pragma once

#include <cstdint>

namespace dfe {

// Name and value of every purpose.
// clang-format off
#define DFE_RANDOM_PURPOSES(PURPOSE)                                      \
  /* simulate: scenes and images */                                       \
  PURPOSE(SceneOrientation, 101)                                          \
  PURPOSE(ScenePlace, 102)                                                \
  PURPOSE(SceneMembrane, 103)                                             \
  PURPOSE(ImageAlignment, 104)                                            \
  PURPOSE(ImageDefocus, 105)                                              \
  PURPOSE(ImageNoiseBefore, 106)                                          \
  PURPOSE(ImageNoiseAfter, 107)                                           \
  /* simulate: a seed for each scene and each image of a data set */      \
  PURPOSE(SceneSeed, 201)                                                 \
  PURPOSE(ImageSeed, 202)                                                 \
  /* train: weights of a new network */                                   \
  PURPOSE(InitialWeights, 0x7374)                                         \
  /* train: where samples lie, and what is done to them */                \
  PURPOSE(SamplePlace, 0x5a000000)                                        \
  PURPOSE(SampleReservoir, 0x5a000001)                                    \
  PURPOSE(SampleTurnY, 0x5a000002)                                        \
  PURPOSE(SampleTurnZ, 0x5a000003)                                        \
  PURPOSE(SampleTurnX, 0x5a000004)                                        \
  PURPOSE(SampleMirrorZ, 0x5a000005)                                      \
  PURPOSE(SampleMirrorY, 0x5a000006)                                      \
  PURPOSE(SampleMirrorX, 0x5a000007)                                      \
  PURPOSE(SampleQuarterTurn, 0x5a000008)                                  \
  PURPOSE(SampleRotation, 0x5a000009)                                     \
  PURPOSE(SampleBlur, 0x5a00000a)                                         \
  PURPOSE(SampleIntensity, 0x5a00000b)                                    \
  PURPOSE(SampleNoiseLevel, 0x5a00000c)                                   \
  PURPOSE(SampleNoise, 0x5a00000d)                                        \
  PURPOSE(SampleMixup, 0x5a00000e)                                        \
  PURPOSE(SampleMixupLabel, 0x5a00000f)                                   \
  /* lists: random positions that a list's axis order is told by */       \
  PURPOSE(AxisOrder, 0x61786573)                                          \
  /* evaluate: which objects a repetition of the bootstrap takes */       \
  PURPOSE(Bootstrap, 0x626f6f74)                                          \
  /* match: phases of a scrambled template */                             \
  PURPOSE(DecoyPhase, 0x6465636f)                                         \
  /* average: phases of half maps that tell what a mask adds */           \
  PURPOSE(MaskPhase, 0x6d61736b)
// clang-format on

/// What random numbers are drawn for.
enum class RandomPurpose : std::uint32_t {
#define DFE_ENUMERATOR(name, value) name = (value),
  DFE_RANDOM_PURPOSES(DFE_ENUMERATOR)
#undef DFE_ENUMERATOR
};

namespace random_purposes {

#define DFE_VALUE(name, value) (value),
inline constexpr std::uint32_t kValues[] = {DFE_RANDOM_PURPOSES(DFE_VALUE)};
#undef DFE_VALUE

constexpr bool all_differ() {
  for (const std::uint32_t& a : kValues)
    for (const std::uint32_t& b : kValues)
      if (&a != &b && a == b) return false;
  return true;
}

static_assert(all_differ(), "two purposes of random numbers have the same value");

}  // namespace random_purposes

}  // namespace dfe
