# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
#
# Source it (bash, zsh or sh, the latter from the checkout):  . ./env.sh
# Then python3, colcon, ros2, hbm and `import hbm_runtime_core` are those of this checkout. It uses the ROS 2 that is
# sourced already, and the one of `make setup` otherwise. HBM_ROS_WHEELS=kilted in a fresh shell: that distribution's.
# shellcheck shell=sh disable=SC1091,SC3028,SC3054

if [ -n "${BASH_VERSION:-}" ]; then
    _hbm_checkout=$(dirname -- "${BASH_SOURCE:-$0}")
elif [ -n "${ZSH_VERSION:-}" ]; then
    # Not every shell can even parse this.
    eval '_hbm_checkout=${${(%):-%x}:h}'
else
    _hbm_checkout=.
fi
_hbm_checkout=$(CDPATH='' cd -- "$_hbm_checkout" && pwd -P)

# A second distribution has a workspace inside the first one's.
_hbm_workspace=$_hbm_checkout/.workspace${HBM_ROS_WHEELS:+/$HBM_ROS_WHEELS}

if [ ! -f "$_hbm_workspace/venv/.stamps/complete" ]; then
    echo "env.sh: no complete environment in $_hbm_workspace. Run 'make ${HBM_ROS_WHEELS:+test-}${HBM_ROS_WHEELS:-setup}'" \
        "in the checkout first." >&2
    unset _hbm_checkout _hbm_workspace
    return 1
fi

VIRTUAL_ENV_DISABLE_PROMPT=${VIRTUAL_ENV_DISABLE_PROMPT:-1}
. "$_hbm_workspace/venv/bin/activate"

if [ -d "$VIRTUAL_ENV/share/rclpy" ] && [ "${HBM_ROS_FROM_WHEELS:-}" != "$VIRTUAL_ENV" ]; then
    # What /opt/ros/$ROS_DISTRO/setup.sh sets where ROS 2 comes from Debian packages.
    export HBM_ROS_FROM_WHEELS="$VIRTUAL_ENV"
    export ROS_DISTRO="${HBM_ROS_WHEELS:-jazzy}" ROS_VERSION=2 ROS_PYTHON_VERSION=3
    export AMENT_PREFIX_PATH="$VIRTUAL_ENV${AMENT_PREFIX_PATH:+:$AMENT_PREFIX_PATH}"
    export CMAKE_PREFIX_PATH="$VIRTUAL_ENV${CMAKE_PREFIX_PATH:+:$CMAKE_PREFIX_PATH}"
    for _hbm_libraries in "$VIRTUAL_ENV"/lib/python3*/site-packages/ros_*.libs "$VIRTUAL_ENV/lib"; do
        LD_LIBRARY_PATH="$_hbm_libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
    done
    export LD_LIBRARY_PATH
    # The wheels come with a hook that starts every Python a second time to set LD_LIBRARY_PATH; it is set now.
    export _ROS_WHEELS_BOOTSTRAP_COMPLETE=1
    # Demos and tests stay on this machine unless the user has chosen otherwise.
    export ROS_AUTOMATIC_DISCOVERY_RANGE="${ROS_AUTOMATIC_DISCOVERY_RANGE:-LOCALHOST}"
fi

# The second one is there once the tests are built: message packages of others that the tests use.
for _hbm_install in "$_hbm_workspace/install" "$_hbm_workspace/test_interfaces/install"; do
    if [ -f "$_hbm_install/local_setup.sh" ]; then
        COLCON_CURRENT_PREFIX=$_hbm_install
        . "$COLCON_CURRENT_PREFIX/local_setup.sh"
        unset COLCON_CURRENT_PREFIX
    fi
done
unset _hbm_checkout _hbm_workspace _hbm_libraries _hbm_install
