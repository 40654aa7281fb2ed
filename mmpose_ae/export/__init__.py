"""Networks as files of ONNX: pictures in, what the host half of decoding takes out."""
