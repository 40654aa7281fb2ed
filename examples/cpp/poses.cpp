// Print the people of a picture: poses FILE.onnx PICTURE.ppm [LEAST_SCORE]
// FILE.onnx comes from mmpose-ae export --poses; ONNX Runtime is all that is needed besides.
#include <onnxruntime_cxx_api.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

struct Picture {
  int64_t width = 0, height = 0;
  std::vector<uint8_t> pixels;  // RGB, row by row
};

// Skip comments in a header: what follows a # in its line.
std::istream& skip_comments(std::istream& file) {
  while ((file >> std::ws).peek() == '#') file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  return file;
}

// Read a binary PPM and pad it with black at the right and bottom to multiples of a step.
Picture read_picture(const char* path, int64_t step) {
  std::ifstream file(path, std::ios::binary);
  std::string kind;
  int64_t width = 0, height = 0, most = 0;
  file >> kind;
  for (int64_t* number : {&width, &height, &most}) skip_comments(file) >> *number;
  if (!file || kind != "P6" || width < 1 || height < 1 || most != 255)
    throw std::runtime_error(std::string(path) + ": expected a binary PPM of 8 bits (P6)");
  file.get();  // the one byte between header and pixels
  Picture padded{(width + step - 1) / step * step, (height + step - 1) / step * step, {}};
  padded.pixels.resize(padded.width * padded.height * 3);
  for (int64_t y = 0; y < height; ++y)
    file.read(reinterpret_cast<char*>(&padded.pixels[y * padded.width * 3]), width * 3);
  if (!file) throw std::runtime_error(std::string(path) + ": it ends too early");
  return padded;
}

// The step of the sides of inputs, which the file notes in its metadata as JSON. Files that give people
// need no decoding.
int64_t read_step(const Ort::Session& session) {
  Ort::AllocatorWithDefaultOptions allocator;
  auto text = session.GetModelMetadata().LookupCustomMetadataMapAllocated("mmpose_ae", allocator);
  const std::string note = text ? text.get() : "", key = "\"step\": ";
  const size_t at = note.find(key);
  if (at == std::string::npos || note.find("\"decoding\": null") == std::string::npos)
    throw std::runtime_error("the file is not of mmpose-ae export --poses");
  return std::stoll(note.substr(at + key.size()));
}

int main(int argc, char** argv) try {
  float least = 0.2f;
  if (argc < 3 || (argc > 3 && std::sscanf(argv[3], "%f", &least) != 1))
    throw std::runtime_error("usage: poses FILE.onnx PICTURE.ppm [LEAST_SCORE]");
  Ort::Env env(ORT_LOGGING_LEVEL_ERROR, "poses");
  Ort::Session session(env, argv[1], Ort::SessionOptions());
  Picture picture = read_picture(argv[2], read_step(session));
  const std::array<int64_t, 4> shape{1, picture.height, picture.width, 3};
  Ort::Value images = Ort::Value::CreateTensor<uint8_t>(
      Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault), picture.pixels.data(),
      picture.pixels.size(), shape.data(), shape.size());
  const char *inputs[] = {"images"}, *outputs[] = {"poses", "instance_scores"};
  auto found = session.Run(Ort::RunOptions(), inputs, &images, 1, outputs, 2);
  const auto sizes = found[0].GetTensorTypeAndShapeInfo().GetShape();  // 1, people, keypoints, 3
  const float *keypoint = found[0].GetTensorData<float>(), *score = found[1].GetTensorData<float>();
  // The best come first; of score 0 is nobody.
  for (int64_t n = 0; n < sizes[1] && score[n] > 0 && score[n] >= least; ++n) {
    std::printf("%.4f", score[n]);
    for (int64_t k = 0; k < sizes[2]; ++k, keypoint += 3)
      std::printf("  %.2f %.2f %.3f", keypoint[0], keypoint[1], keypoint[2]);
    std::printf("\n");
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
