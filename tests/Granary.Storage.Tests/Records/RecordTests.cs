using FsCheck.Fluent;
using Granary.Model;

namespace Granary.Storage.Tests;

public sealed class RecordTests
{
    [Theory]
    [InlineData(0UL, "00")]
    [InlineData(127UL, "7F")]
    [InlineData(128UL, "8001")]
    [InlineData(ulong.MaxValue, "FFFFFFFFFFFFFFFFFF01")]
    public void Unsigned_numbers_are_base_128(ulong value, string hex)
    {
        var writer = new RecordWriter();
        writer.Unsigned(value);
        Assert.Equal(hex, Convert.ToHexString(writer.Written));
        Assert.Equal(value, new RecordReader(writer.Written).Unsigned());
    }

    [Theory]
    [InlineData(0L, "00")]
    [InlineData(-1L, "01")]
    [InlineData(1L, "02")]
    [InlineData(long.MinValue, "FFFFFFFFFFFFFFFFFF01")]
    public void Signed_numbers_are_zigzag(long value, string hex)
    {
        var writer = new RecordWriter();
        writer.Signed(value);
        Assert.Equal(hex, Convert.ToHexString(writer.Written));
        Assert.Equal(value, new RecordReader(writer.Written).Signed());
    }

    [Fact]
    public void Any_fields_come_back() => FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<(long, string, bool, byte[], double)>(fields =>
    {
        var (number, text, flag, bytes, real) = fields;
        var writer = new RecordWriter(1);
        writer.Text(text ?? "");
        writer.Signed(number);
        writer.Bool(flag);
        writer.Bytes(bytes ?? []);
        writer.Double(real);
        writer.Unsigned((ulong)number);
        var reader = new RecordReader(writer.Written);
        // text that is no valid UTF-16 cannot come back as it was
        var sound = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text ?? ""));
        return reader.Text() == sound && reader.Signed() == number && reader.Bool() == flag
            && reader.Bytes().SequenceEqual(bytes ?? []) && reader.Double().Equals(real) && reader.Unsigned() == (ulong)number && reader.AtEnd;
    }));

    [Fact]
    public void Text_of_every_length_around_the_short_form_comes_back()
    {
        for (var length = 0; length < 300; length++)
        {
            var text = new string('ä', length);
            var writer = new RecordWriter();
            writer.Text(text);
            Assert.Equal(text, new RecordReader(writer.Written).Text());
        }
    }

    [Fact]
    public void A_record_cut_anywhere_is_damaged_and_nothing_worse()
    {
        var writer = new RecordWriter();
        TaskSpecCodec.Write(writer, Samples.FullSpec());
        var record = writer.ToArray();
        for (var length = 0; length < record.Length; length++)
        {
            var cut = record[..length];
            Assert.Equal(StorageFault.Damaged, Assert.Throws<StorageException>(() => TaskSpecCodec.Read(cut)).Fault);
        }
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xE3069283u)]
    public void The_checksum_is_crc_32c(string text, uint crc) =>
        Assert.Equal(crc, Crc32C.Of(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void The_checksum_of_pieces_is_that_of_the_whole()
    {
        var data = Samples.Payload(1, 1000);
        var state = Crc32C.Start;
        foreach (var piece in data.Chunk(24)) state = Crc32C.Add(state, piece);
        Assert.Equal(Crc32C.Of(data), Crc32C.Finish(state));
    }
}
