using System.Buffers;
using System.Text;
using SQLitePCL;

namespace Granary.Storage;

/// <summary>
/// A prepared statement. Parameters count from 1, columns from 0. Empty text is stored as NULL and read back as empty; an empty blob
/// stays one.
/// </summary>
internal sealed class Statement(Database database, sqlite3_stmt handle) : IDisposable
{
    private const int OnStack = 512;

    public Statement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, long? value)
    {
        if (value is { } some) return Bind(parameter, some);
        Check(raw.sqlite3_bind_null(handle, parameter));
        return this;
    }

    public Statement Bind(int parameter, string text)
    {
        if (text.Length == 0)
        {
            Check(raw.sqlite3_bind_null(handle, parameter));
            return this;
        }
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = most > OnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        var buffer = rented ?? stackalloc byte[OnStack];
        Check(raw.sqlite3_bind_text(handle, parameter, buffer[..Encoding.UTF8.GetBytes(text, buffer)]));
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return this;
    }

    public Statement Bind(int parameter, ReadOnlySpan<byte> blob)
    {
        Check(blob.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, parameter, 0) : raw.sqlite3_bind_blob(handle, parameter, blob));
        return this;
    }

    /// <summary>True for a row, false at the end; at the end, and after an error, the statement is ready to run again.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(handle);
        if (result == raw.SQLITE_ROW) return true;
        if (result != raw.SQLITE_DONE)
        {
            var fault = database.Fault(result);
            raw.sqlite3_reset(handle);
            throw fault;
        }
        raw.sqlite3_reset(handle);
        return false;
    }

    /// <summary>Runs a statement that yields no row.</summary>
    public void Run()
    {
        if (Step()) Reset();
    }

    /// <summary>Leaves the rows that were not read.</summary>
    public void Reset() => raw.sqlite3_reset(handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    public long? OptionalInt64(int column) => IsNull(column) ? null : Int64(column);

    /// <summary>Text by its bytes, which may hold a NUL.</summary>
    public string Text(int column)
    {
        var bytes = Blob(column);
        return bytes.IsEmpty ? "" : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    public void Dispose()
    {
        database.Forget(this);
        handle.Dispose();
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK) throw database.Fault(result);
    }
}
