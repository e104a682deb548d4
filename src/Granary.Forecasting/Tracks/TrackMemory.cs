using System.Security.Cryptography;
using Granary.Forecasting.Ensemble;
using Granary.Forecasting.Neural;

namespace Granary.Forecasting.Tracks;

/// <summary>What a track has learned and its history does not tell: the weights of its ensemble and of its network, and how forecasts turned out. About 25 KiB with a network, 1 KiB without.</summary>
/// <param name="Step">The step under way when it was kept, counted from the year 1.</param>
public sealed record TrackMemory(long Step, TrackRecord Record, int Drifts, EnsembleWeights Weights, LstmWeights? Network)
{
    private const byte Format = 1;
    private const int Most = 1000;

    /// <summary>As bytes, with their SHA-256 at the end.</summary>
    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        writer.Write7BitEncodedInt64(Step);
        writer.Write7BitEncodedInt64(Record.Judged);
        foreach (var number in (ReadOnlySpan<double>)[Record.MeanAbsoluteError, Record.NaiveError, Record.Covered]) writer.Write(number);
        writer.Write7BitEncodedInt(Drifts);
        writer.Write7BitEncodedInt(Weights.Members.Count);
        foreach (var member in Weights.Members) writer.Write(member);
        writer.Write7BitEncodedInt(Weights.Leads.Count);
        for (var i = 0; i < Weights.Leads.Count; i++)
        {
            writer.Write7BitEncodedInt(Weights.Leads[i]);
            writer.Write7BitEncodedInt64(Weights.Rounds[i]);
            foreach (var loss in Weights.Losses[i]) writer.Write(loss);
        }
        var network = Network is null ? [] : LstmFile.Write(Network);
        writer.Write7BitEncodedInt(network.Length);
        writer.Write(network);
        writer.Flush();
        return [.. stream.ToArray(), .. SHA256.HashData(stream.ToArray())];
    }

    /// <exception cref="InvalidDataException">Damaged, or of another build.</exception>
    public static TrackMemory Read(byte[] bytes)
    {
        var length = bytes.Length - SHA256.HashSizeInBytes;
        if (length < 1 || !SHA256.HashData(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(bytes.AsSpan(length))) throw new InvalidDataException("the weights of a track are damaged");
        using var reader = new BinaryReader(new MemoryStream(bytes, 0, length));
        try
        {
            if (reader.ReadByte() is not Format and var format) throw new InvalidDataException($"the weights of a track are of format {format}, of another build");
            var step = reader.Read7BitEncodedInt64();
            var record = new TrackRecord(reader.Read7BitEncodedInt64(), Number(reader), Number(reader), Number(reader));
            var drifts = reader.Read7BitEncodedInt();
            var members = new string[Count(reader)];
            for (var i = 0; i < members.Length; i++) members[i] = reader.ReadString();
            var (leads, rounds, losses) = (new int[Count(reader)], new List<long>(), new List<double[]>());
            for (var i = 0; i < leads.Length; i++)
            {
                leads[i] = reader.Read7BitEncodedInt();
                rounds.Add(reader.Read7BitEncodedInt64());
                var lost = new double[members.Length];
                for (var m = 0; m < lost.Length; m++) lost[m] = Number(reader);
                losses.Add(lost);
            }
            var network = reader.ReadBytes(reader.Read7BitEncodedInt());
            return new(step, record, drifts, new(members, leads, rounds, losses), network.Length == 0 ? null : LstmFile.Read(network));
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("the weights of a track are damaged", e);
        }
    }

    private static int Count(BinaryReader reader) => reader.Read7BitEncodedInt() is >= 0 and <= Most and var count ? count : throw new InvalidDataException("the weights of a track name too many of something");

    private static double Number(BinaryReader reader)
    {
        var number = reader.ReadDouble();
        return number >= 0 && double.IsFinite(number) ? number : throw new InvalidDataException($"the weights of a track have a {number}");
    }
}
