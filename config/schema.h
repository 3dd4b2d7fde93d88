// The tables of every key of the configuration.
#pragma once

#include "config/binding.h"

namespace aaigw::config {

template <>
const Schema<Config>& schema<Config>();
template <>
const Schema<Workers>& schema<Workers>();
template <>
const Schema<Memory>& schema<Memory>();
template <>
const Schema<Port>& schema<Port>();
template <>
const Schema<Links>& schema<Links>();
template <>
const Schema<Limits>& schema<Limits>();
template <>
const Schema<Sector>& schema<Sector>();
template <>
const Schema<CorePeer>& schema<CorePeer>();
template <>
const Schema<Log>& schema<Log>();
template <>
const Schema<Preset>& schema<Preset>();
template <>
const Schema<StaticPart>& schema<StaticPart>();
template <>
const Schema<Station>& schema<Station>();
template <>
const Schema<MzoneStation>& schema<MzoneStation>();
template <>
const Schema<LzoneStation>& schema<LzoneStation>();
template <>
const Schema<Context<MzoneSa>>& schema<Context<MzoneSa>>();
template <>
const Schema<Context<LzoneSa>>& schema<Context<LzoneSa>>();
template <>
const Schema<MzoneSa>& schema<MzoneSa>();
template <>
const Schema<LzoneSa>& schema<LzoneSa>();
template <>
const Schema<Tek<MzonePn>>& schema<Tek<MzonePn>>();
template <>
const Schema<Tek<LzonePn>>& schema<Tek<LzonePn>>();
template <>
const Schema<Flow>& schema<Flow>();
template <>
const Schema<KeyFile>& schema<KeyFile>();

} // namespace aaigw::config
