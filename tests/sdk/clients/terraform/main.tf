# A state to keep, and no provider. The test gives the backend the rest.
terraform {
  backend "s3" {
    bucket         = "bucket"
    key            = "state"
    region         = "us-east-1"
    use_path_style = true
    # What stands in for S3 reads a body as it comes.
    skip_s3_checksum = true
  }
}

resource "terraform_data" "anything" {
  input = "kept"
}
