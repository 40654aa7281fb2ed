"""A page in the browser to try models: ``mmpose-ae web``. Only building it needs gradio."""
