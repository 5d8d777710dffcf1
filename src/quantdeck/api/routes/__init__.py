"""Routes by what they are about; each module has one function that makes an `APIRouter`."""
