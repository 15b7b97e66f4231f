# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
#
# An environment to build and test the package with an official ROS 2 image:
#   docker build -t hbm_runtime_ros .
#   docker run --rm -it --shm-size=1g hbm_runtime_ros
# Fast DDS needs more shared memory than Docker's default of 64 MB.
ARG ROS_DISTRIBUTION=jazzy
FROM ros:${ROS_DISTRIBUTION}

WORKDIR /hbm_runtime_ros
COPY . .
RUN apt-get update \
    && . /opt/ros/${ROS_DISTRO}/setup.sh \
    && make setup \
    && rm -rf /var/lib/apt/lists/*
CMD ["bash", "-c", ". /opt/ros/${ROS_DISTRO}/setup.bash && . ./env.sh && exec bash"]
