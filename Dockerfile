# For hosts with NVIDIA GPUs and the NVIDIA container toolkit. Nobody has built or run it:
# the machines of this project have neither Docker nor a GPU.
#
#     docker build -t mmmetaformer .
#     docker run --rm --gpus all --shm-size 8g -v "$PWD:/work" mmmetaformer doctor
#     docker run --rm --gpus all --shm-size 8g -v "$PWD:/work" mmmetaformer \
#         train upernet_convformer --sample-data
#
# torch's wheels bring CUDA, so the image needs only Python; the host brings the driver.
# --shm-size: the workers of data loaders pass images through shared memory.
FROM python:3.12-slim-bookworm

# No git and no compiler: all requirements are wheels.
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1

WORKDIR /opt/mmmetaformer
COPY requirements requirements
# A layer of its own, which changes of the code leave alone.
RUN pip install -c requirements/constraints.txt \
    -r requirements/runtime.txt -r requirements/lite.txt \
    && pip install --no-deps --force-reinstall -c requirements/constraints.txt \
    opencv-python-headless
COPY . .
# Not root, whose files in a mounted folder nobody else could remove. `--user` sets another.
RUN pip install --no-deps . && useradd --uid 1000 --create-home user
USER 1000
WORKDIR /work
ENTRYPOINT ["mmmetaformer"]
CMD ["--help"]
