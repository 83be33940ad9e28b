// SPDX-License-Identifier: Apache-2.0
// Whether a tomogram has the contrast that the network was trained with. Weights do not say whether
// particles were dark or bright, but the network itself shows it: docs/design/contrast.md has the
// measurements behind the rule.
#pragma once

#include "dfengine/segment.hpp"

namespace dfe {

/// Segments the middle of the volume twice, as it is and with inverted contrast, and says whether
/// the network is much surer of what it finds in the inverted one. False where the volume is small
/// or too little is found to tell. The observer is only asked whether to stop.
bool looks_inverted(Segmenter& segmenter, const VolumeSource& volume, Observer* observer);

}  // namespace dfe
