# SPDX-License-Identifier: BSD-3-Clause
{ lib
, stdenv
, check
, libbsd
, meson
, ndctl
, ninja
, pkg-config
}:

stdenv.mkDerivation {
  pname = "libpmem2";
  version = "3.0.0";
  src = lib.cleanSource ../..;

  outputs = [ "out" "bin" "dev" "man" ];
  nativeBuildInputs = [ meson ninja pkg-config ];
  buildInputs = [ libbsd ndctl ];
  checkInputs = [ check ];
  doCheck = true;

  # There is no search path by which to load them when they are first needed.
  mesonFlags = [
    "-Dndctl=enabled"
    "-Dndctl_link=direct"
    "-Ddebug_library=enabled"
    "-Dtools=enabled"
    "-Dbenchmarks=disabled"
    "-Dexamples=disabled"
  ];
  mesonCheckFlags = [ "--suite" "unit" ];

  meta = {
    description = "Persistent memory access library";
    license = lib.licenses.bsd3;
    platforms = lib.platforms.linux;
  };
}
