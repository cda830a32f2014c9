//! Tables as Apache Parquet, for data frames and warehouses: columns of text, a group of rows at a time.

use std::io::{Error, Result, Write};
use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// Rows that are kept in memory before they are written.
const GROUP: usize = 50_000;

/// A column of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name: letters and `_`.
    pub name: &'static str,
    /// Whether a row may have nothing there.
    pub optional: bool,
}

/// A file in the making.
pub struct Parquet<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<(Column, Vec<Option<ByteArray>>)>,
}

impl<W: Write + Send> Parquet<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn new(out: W, columns: impl IntoIterator<Item = Column>) -> Result<Self> {
        let columns: Vec<_> = columns.into_iter().map(|column| (column, Vec::new())).collect();
        let field = |(column, _): &(Column, _)| {
            let kind = if column.optional { "optional" } else { "required" };
            format!("{kind} binary {} (string);", column.name)
        };
        let schema = format!("message row {{ {} }}", columns.iter().map(field).collect::<String>());
        let schema = Arc::new(parse_message_type(&schema).map_err(Error::other)?);
        let properties = Arc::new(WriterProperties::builder().set_created_by("osps".to_owned()).build());
        Ok(Self { file: SerializedFileWriter::new(out, schema, properties).map_err(Error::other)?, columns })
    }

    /// Adds a row, with a cell for each column.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn row<'c>(&mut self, cells: impl IntoIterator<Item = Option<&'c str>>) -> Result<()> {
        for ((_, column), cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell.map(ByteArray::from));
        }
        if self.columns.iter().any(|(_, column)| column.len() >= GROUP) { self.write_group() } else { Ok(()) }
    }

    fn write_group(&mut self) -> Result<()> {
        let mut write = || -> std::result::Result<(), ParquetError> {
            let mut group = self.file.next_row_group()?;
            for (column, cells) in &mut self.columns {
                let Some(mut writer) = group.next_column()? else { break };
                let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
                let texts: Vec<ByteArray> = std::mem::take(cells).into_iter().flatten().collect();
                let levels = column.optional.then_some(levels.as_slice());
                writer.typed::<ByteArrayType>().write_batch(&texts, levels, None)?;
                writer.close()?;
            }
            group.close().map(drop)
        };
        write().map_err(Error::other)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn end(mut self) -> Result<()> {
        if self.columns.iter().any(|(_, column)| !column.is_empty()) {
            self.write_group()?;
        }
        self.file.close().map(drop).map_err(Error::other)
    }
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    use super::*;

    /// The rows of a file, and the number of its groups.
    fn read(bytes: Vec<u8>) -> (Vec<serde_json::Value>, usize) {
        let file = tempfile::tempfile().expect("a file");
        (&file).write_all(&bytes).expect("written");
        let reader = SerializedFileReader::new(file).expect("Parquet");
        let rows = reader.get_row_iter(None).expect("rows");
        let cells = |row: parquet::record::Row| {
            let cell = |(_, field): (&String, &parquet::record::Field)| match field {
                parquet::record::Field::Str(text) => serde_json::json!(text),
                _ => serde_json::Value::Null,
            };
            row.get_column_iter().map(cell).collect()
        };
        (rows.map(|row| cells(row.expect("a row"))).collect(), reader.metadata().num_row_groups())
    }

    const COLUMNS: [Column; 2] =
        [Column { name: "repository", optional: false }, Column { name: "commit", optional: true }];

    #[test]
    fn rows_are_read_back_as_they_were() {
        let mut bytes = Vec::new();
        let mut out = Parquet::new(&mut bytes, COLUMNS).expect("begun");
        for number in 0..=GROUP {
            let name = format!("acme/é{number}");
            out.row([Some(name.as_str()), (number % 2 == 0).then_some("c")]).expect("written");
        }
        out.end().expect("ended");
        let (rows, groups) = read(bytes);
        assert_eq!((rows.len(), groups), (GROUP + 1, 2));
        assert_eq!(rows[GROUP], serde_json::json!([format!("acme/é{GROUP}"), "c"]));
        assert_eq!(rows[1], serde_json::json!(["acme/é1", null]));
    }

    #[test]
    fn nothing_is_a_file_too() {
        let mut bytes = Vec::new();
        Parquet::new(&mut bytes, COLUMNS).expect("begun").end().expect("ended");
        assert_eq!(read(bytes), (Vec::new(), 0));
    }
}
