#!/usr/bin/env bash
# Makes bench/.venv, a Python with what atto is compared with: PyTorch, torchvision, timm, pycocotools. Several gigabytes.
# Takes python3, or the Python named by PYTHON.
set -euo pipefail
cd "$(dirname "$0")"
"${PYTHON:-python3}" -m venv .venv
.venv/bin/python -m pip install --quiet --upgrade pip
.venv/bin/python -m pip install --requirement requirements.txt
