// SPDX-License-Identifier: Apache-2.0
// Everything a program that embeds dfengine needs.
#pragma once

#include "cluster.hpp"
#include "commands.hpp"
#include "compute.hpp"
#include "ctf.hpp"
#include "error.hpp"
#include "evaluate.hpp"
#include "extent.hpp"
#include "geometry.hpp"
#include "label_map.hpp"
#include "length.hpp"
#include "observer.hpp"
#include "particle.hpp"
#include "segment.hpp"
#include "simulate.hpp"
#include "target.hpp"
#include "text.hpp"
#include "volume.hpp"
#include "volume_source.hpp"
#include "weights.hpp"
