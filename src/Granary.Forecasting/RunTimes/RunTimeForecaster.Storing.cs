namespace Granary.Forecasting.RunTimes;

public sealed partial class RunTimeForecaster
{
    private const byte Format = 1;

    /// <summary>All that is known, as bytes: about 200 a class, 2.5 KiB at most.</summary>
    public byte[] Save()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        writer.Write7BitEncodedInt64(_runs);
        _calibration.Write(writer);
        _all.Write(writer);
        writer.Write7BitEncodedInt(_classes.Count);
        foreach (var ((agent, name), history) in _classes)
        {
            writer.Write(agent);
            writer.Write(name);
            history.Write(writer);
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>What <see cref="Save"/> wrote: it forecasts and learns as if it had never been away.</summary>
    /// <exception cref="InvalidDataException">Damaged, or of a newer build.</exception>
    public static RunTimeForecaster Load(byte[] saved, RunTimeOptions? options = null)
    {
        var read = new RunTimeForecaster(options);
        using var reader = new BinaryReader(new MemoryStream(saved));
        try
        {
            if (reader.ReadByte() is not Format and var format) throw new InvalidDataException($"run times of format {format} are of another build");
            read._runs = reader.Read7BitEncodedInt64();
            read._calibration.Read(reader);
            read._all = RunTimeHistogram.Read(reader, read._options.Memory);
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
                read._classes[(reader.ReadString(), reader.ReadString())] = RunTimeHistogram.Read(reader, read._options.Memory);
            while (read._classes.Count > read._options.MostClasses) read.Forget();
            return read;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("run times are damaged", e);
        }
    }
}
