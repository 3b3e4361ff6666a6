"""Text to terms: normalisation, tokens, stems, and the model's word pieces."""
