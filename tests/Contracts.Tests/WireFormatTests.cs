using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Pipeline.Contracts.Tests;

/// <summary>The frame that Confluent's tools read and write, byte for byte.</summary>
public class WireFormatTests
{
    [Theory]
    [InlineData(1, "000000000100")]
    [InlineData(42, "000000002A00")]
    [InlineData(305419896, "001234567800")]
    public void The_first_message_of_a_file_is_framed_by_magic_id_and_one_zero(int id, string frame) =>
        Assert.Equal(frame, Convert.ToHexString(WireFormat.Frame(id, RawEvent.Descriptor)));

    [Fact]
    public void The_second_message_of_a_file_is_framed_with_its_index() =>
        // google/protobuf/struct.proto holds Struct, Value, ListValue in this order.
        Assert.Equal("000000002A0202", Convert.ToHexString(WireFormat.Frame(42, Value.Descriptor)));

    [Fact]
    public void A_nested_message_is_framed_with_the_path_to_it()
    {
        // Nested first in the second message of its file: descriptor.proto holds FileDescriptorSet, FileDescriptorProto, DescriptorProto {ExtensionRange, …}.
        var nested = DescriptorProto.Descriptor.NestedTypes[0];
        Assert.Equal("000000002A040400", Convert.ToHexString(WireFormat.Frame(42, nested)));
    }

    [Theory]
    [InlineData("000000002A00", 6)]
    [InlineData("000000002A00FFFF", 6)]
    [InlineData("000000002A0202FF", 7)]
    [InlineData("000000002A040200FF", 8)]
    public void A_frame_is_stepped_over_whatever_message_it_names(string value, int length) =>
        Assert.Equal(length, WireFormat.FrameLength(Convert.FromHexString(value)));

    [Theory]
    [InlineData("", "empty_value")]
    [InlineData("7B22", "bad_magic")]
    [InlineData("00000000", "bad_frame")]
    [InlineData("000000002AFFFFFFFFFF", "bad_frame")]
    [InlineData("000000002A06", "bad_frame")]
    [InlineData("000000002A01", "bad_frame")]
    public void What_is_no_frame_is_refused_with_its_reason(string value, string reason) =>
        Assert.Equal(reason, Assert.Throws<UndecodableRecordException>(() => WireFormat.FrameLength(Convert.FromHexString(value))).Reason);
}
