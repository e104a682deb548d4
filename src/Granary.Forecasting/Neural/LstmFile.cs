using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Granary.Forecasting.Neural;

/// <summary>
/// Weights as bytes: a mark, the version, the length of what follows, shape, seasons, scaling and weights, little-endian, and the SHA-256 of all of it at the
/// end. Bytes that are cut, changed, of a newer version or not weights at all are refused with the reason; nothing of them is used.
/// </summary>
public static class LstmFile
{
    public const int Version = 1;
    private const int HeaderSize = 16, HeadSize = 24;
    private static readonly byte[] Mark = "GRNLSTM\n"u8.ToArray();

    public static byte[] Write(LstmWeights weights)
    {
        var body = new MemoryStream();
        using var writer = new BinaryWriter(body, Encoding.UTF8);
        writer.Write(Mark);
        writer.Write(Version);
        writer.Write(0);
        var (frame, shape) = (weights.Frame, weights.Shape);
        foreach (var number in new[] { shape.Hidden, shape.Layers, frame.Horizon, frame.Basis, frame.Repeats, frame.Seasons.Length }) writer.Write(number);
        foreach (var season in frame.Seasons) writer.Write(season);
        foreach (var number in new[] { frame.Mean, frame.Deviation, frame.Unit, weights.Error, weights.BaseError }) writer.Write(number);
        foreach (var weight in weights.Network.Weights) writer.Write(weight);
        writer.Seek(Mark.Length + 4, SeekOrigin.Begin);
        writer.Write((int)body.Length - HeaderSize);
        var bytes = body.ToArray();
        return [.. bytes, .. SHA256.HashData(bytes)];
    }

    /// <exception cref="InvalidDataException">The bytes are no weights of this version; the message says why.</exception>
    public static LstmWeights Read(ReadOnlySpan<byte> bytes)
    {
        Require(bytes.Length >= HeaderSize + SHA256.HashSizeInBytes, $"{bytes.Length} bytes are too few for weights of an LSTM: the file is cut, or another");
        Require(bytes[..Mark.Length].SequenceEqual(Mark), "these are no weights of an LSTM: the mark at the start is missing");
        var version = MemoryMarshal.Read<int>(bytes[Mark.Length..]);
        Require(version == Version, $"the weights are of version {version}; this program reads version {Version}: train anew, or use the program that wrote them");
        var length = MemoryMarshal.Read<int>(bytes[(Mark.Length + 4)..]);
        Require(length == bytes.Length - HeaderSize - SHA256.HashSizeInBytes, $"the weights say that they are {length} bytes long, and {bytes.Length - HeaderSize - SHA256.HashSizeInBytes} are there");
        Require(SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]), "the weights' checksum is wrong: they were changed or damaged; train anew");
        return Body(bytes[HeaderSize..^SHA256.HashSizeInBytes]);
    }

    // the checksum says that the bytes are what was written, not that what was written makes sense
    private static LstmWeights Body(ReadOnlySpan<byte> body)
    {
        Require(body.Length >= HeadSize, "the weights end within their shape");
        var head = MemoryMarshal.Cast<byte, int>(body[..HeadSize]);
        var (hidden, layers, horizon, basis, repeats, count) = (head[0], head[1], head[2], head[3], head[4], head[5]);
        Require(count is >= 0 and <= 4 && body.Length >= HeadSize + (4 * count) + 40, "the weights end within their seasons");
        Require(repeats is >= 1 and <= 100, $"the weights take the mean of {repeats} seasons");
        var rest = HeadSize + (4 * count);
        int[] seasons = MemoryMarshal.Cast<byte, int>(body[HeadSize..rest]).ToArray();
        var options = new LstmOptions { Hidden = hidden, Layers = layers, Horizon = horizon, Seasons = seasons };
        try
        {
            options.Validated();
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException("the weights' shape makes no sense: " + error.Message, error);
        }
        var numbers = MemoryMarshal.Cast<byte, double>(body.Slice(rest, 40)).ToArray();
        var values = MemoryMarshal.Cast<byte, float>(body[(rest + 40)..]).ToArray();
        Require(double.IsFinite(numbers[0]) && numbers[1] > 0 && numbers[2] > 0 && double.IsFinite(numbers[1]) && double.IsFinite(numbers[2]), "the weights' scaling is not finite and positive");
        var frame = new SeriesFrame(seasons, repeats, horizon, basis, numbers[0], numbers[1], numbers[2]);
        Require(basis >= 0 && basis < frame.Candidates, $"the weights correct forecast {basis} of {frame.Candidates}");
        var shape = frame.Shape(options);
        Require(body.Length - rest - 40 == 4L * shape.Count, $"a network of this shape has {shape.Count} weights, and {values.Length} are there");
        Require(Array.TrueForAll(values, float.IsFinite), "a weight is not finite");
        return new(frame, shape, values, numbers[3], numbers[4]);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds) throw new InvalidDataException(message);
    }
}
