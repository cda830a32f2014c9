//! Files that are whole or not there: what is written lies beside its place until its end. It refuses to know what is written.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::NamedTempFile;

/// A file in the making; whoever looks sees the old one until [`end`](Self::end), and then the new one.
pub(super) struct Replacing {
    path: PathBuf,
    out: Out,
}

enum Out {
    Beside(BufWriter<NamedTempFile>),
    /// What is there is a pipe or a device, which nothing can take the place of.
    Straight(BufWriter<File>),
}

impl Replacing {
    /// Begins to write; the directories above are made.
    pub(super) fn new(path: &Path) -> anyhow::Result<Self> {
        let wrong = || format!("cannot write {}", path.display());
        // What a link leads to is replaced, and not the link.
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if std::fs::metadata(&path).is_ok_and(|there| !there.is_file()) {
            let file = File::options().write(true).open(&path).with_context(wrong)?;
            return Ok(Self { path, out: Out::Straight(BufWriter::new(file)) });
        }
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(directory).with_context(wrong)?;
        let file = tempfile::Builder::new().prefix(".osps-").tempfile_in(directory).with_context(wrong)?;
        Ok(Self { path, out: Out::Beside(BufWriter::new(file)) })
    }

    /// Puts what was written in its place.
    pub(super) fn end(self) -> anyhow::Result<()> {
        let wrong = || format!("cannot write {}", self.path.display());
        match self.out {
            Out::Straight(mut out) => out.flush().with_context(wrong),
            Out::Beside(out) => {
                let file = out.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(wrong)?;
                permit(file.as_file(), &self.path).with_context(wrong)?;
                file.persist(&self.path).map_err(|error| error.error).with_context(wrong)?;
                Ok(())
            }
        }
    }
}

impl Write for Replacing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.out {
            Out::Beside(out) => out.write(bytes),
            Out::Straight(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match &mut self.out {
            Out::Beside(out) => out.flush(),
            Out::Straight(out) => out.flush(),
        }
    }
}

/// Lets those read a file who may read the one whose place it takes. A new file is one that others may read, as git makes it.
pub(super) fn permit(file: &File, place: &Path) -> std::io::Result<()> {
    if let Ok(known) = std::fs::metadata(place) {
        return file.set_permissions(known.permissions());
    }
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_brought_to_its_end_is_not_there() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("new/a.csv");
        let mut file = Replacing::new(&path).expect("begun");
        file.write_all(b"half").expect("written");
        drop(file);
        assert!(!path.exists());
        let mut file = Replacing::new(&path).expect("begun");
        file.write_all(b"whole").expect("written");
        file.end().expect("ended");
        assert_eq!(std::fs::read(&path).expect("read"), b"whole");
        assert_eq!(std::fs::read_dir(directory.path().join("new")).expect("a directory").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn who_could_not_read_the_old_file_cannot_read_the_new_one() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let directory = tempfile::tempdir().expect("a directory");
        let (path, link) = (directory.path().join("a.csv"), directory.path().join("link"));
        symlink(&path, &link).expect("linked");
        let mode = || std::fs::metadata(&path).expect("there").permissions().mode() & 0o777;
        let write = |place: &Path, text: &[u8]| {
            let mut file = Replacing::new(place).expect("begun");
            file.write_all(text).expect("written");
            file.end().expect("ended");
        };
        write(&path, b"new");
        assert_eq!(mode(), 0o644);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("set");
        write(&link, b"through a link");
        assert_eq!((mode(), std::fs::read(&path).expect("read")), (0o600, b"through a link".to_vec()));
        assert!(link.is_symlink());
    }
}
